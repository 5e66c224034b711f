// What a job's details page and the extension tell each other.

/** A part of the page; replaced only when its HTML changed, so that focus and selection elsewhere stay. */
export interface Section {
  id: string;
  html: string;
}

export interface ToDetailsPage {
  /** Kept by the page, so that it comes back for the same job after a reload. */
  job: string;
  sections: Section[];
}

/** A button was pressed: a command to run for the job. */
export interface FromDetailsPage {
  command: string;
  /** What of the job it is about: a dead letter's number. */
  argument?: string;
}
