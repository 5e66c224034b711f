// The words that realistic text is put together from.

const split = (words: string): readonly string[] => words.split(' ');

export const firstNames = split(
  'Ada Alan Amira Anna Ben Chen Clara David Elena Emil Fatima Finn Grace Hana Hugo Ines Ivan Jonas Julia Kenji ' +
    'Lara Leo Lina Luca Maria Mateo Maya Mei Milan Nadia Noah Nora Omar Oscar Paula Priya Rosa Sofia Tariq Yuki',
);
export const lastNames = split(
  'Adler Ahmed Bauer Becker Costa Diaz Fischer Garcia Haas Ito Jansen Kaya Keller Khan Kim Klein Kovacs Lang Lopez ' +
    'Martin Meyer Moreau Novak Okafor Patel Pereira Rossi Sato Schmidt Silva Singh Tanaka Vogel Wagner Wang Weber Yilmaz',
);
export const cities = [
  ...split(
    'Amsterdam Athens Bangkok Barcelona Berlin Bogota Boston Cairo Chicago Copenhagen Dakar Delhi Dublin Hamburg ' +
      'Helsinki Istanbul Jakarta Kyiv Lagos Lima Lisbon London Madrid Melbourne Milan Montreal Mumbai Nairobi Osaka ' +
      'Oslo Paris Prague Rome Santiago Seoul Singapore Stockholm Sydney Tokyo Toronto Vienna Warsaw Zagreb',
  ),
  'New York',
  'San Francisco',
  'Buenos Aires',
  'Cape Town',
  'Hong Kong',
  'São Paulo',
  'Zürich',
];
export const countries = [
  ...split(
    'Argentina Australia Austria Belgium Brazil Canada Chile China Denmark Egypt Finland France Germany Greece India ' +
      'Indonesia Ireland Italy Japan Kenya Mexico Netherlands Nigeria Norway Peru Poland Portugal Spain Sweden ' +
      'Switzerland Thailand Turkey Ukraine Vietnam',
  ),
  'South Africa',
  'South Korea',
  'United Kingdom',
  'United States',
];
const productQualities = split(
  'Classic Compact Deluxe Light Mini Modern Organic Portable Premium Smart Solid Vintage',
);
const productThings = split(
  'Backpack Bicycle Bottle Camera Chair Desk Headphones Keyboard Lamp Mug Notebook Phone Shoes Watch',
);
export const products = productQualities.flatMap((quality) =>
  productThings.map((thing) => `${quality} ${thing}`),
);
export const words = split(
  'account active after answer before bright build change clear close cloud color count customer daily data deliver ' +
    'early event fast field final flow fresh garden global green group harbor large later light line local market ' +
    'message metric moment morning network number ocean open order paper path payment people plan point quick quiet ' +
    'record region remote report river road sensor series service signal simple small source stable station stream ' +
    'street strong summer system table thread ticket total travel under update value water window winter yellow',
);
export const mailHosts = split('example.com example.org example.net mail.example.com');
