// What the grammar allows next: walks its network from where the parser stands, without consuming anything, and notes each token and each
// kind of name that could come.
import {
  RuleStopState,
  RuleTransition,
  type ATN,
  type ATNState,
  type Parser,
  type ParserRuleContext,
  type Token,
} from 'antlr4ng';
import { StreamSqlParser } from './generated/StreamSqlParser';

/** A place in the grammar's network, and how the rules around it go on. */
export interface Position {
  state: ATNState;
  stack: Stack;
}

/** The rules that are open. `up` gives the places where the one around goes on; none where the walk must end. */
interface Stack {
  up(): Position[];
}

export interface Followers {
  /** Token types, with the places after them. */
  tokens: Map<number, Position[]>;
  /** Rules that are kinds of names: each is noted, not entered. */
  names: Set<number>;
}

const kindsOfNames = [
  'jobName',
  'jobNameDeploy',
  'jobNameCreate',
  'tableName',
  'tableNameCreate',
  'tableQualifier',
  'columnName',
  'columnNameCreate',
  'columnAlias',
  'aliasName',
  'bareAlias',
  'fieldName',
  'fieldNameCreate',
  'windowName',
  'functionName',
  'typeWord',
  'identifier',
  'optionKey',
  'optionValue',
  'settingKey',
  'settingValue',
] as const;

/** A kind of name, called as the grammar's rule for it. What may stand there is a matter of the catalog, not of the grammar. */
export type NameKind = (typeof kindsOfNames)[number];

/** The rules for names, by rule index. */
export const nameRules: ReadonlyMap<number, NameKind> = new Map(
  kindsOfNames.map((kind) => [StreamSqlParser.ruleNames.indexOf(kind), kind]),
);

/**
 * What may come where the parser stands, after reading `types` from `first` on, which looking ahead has read. Rules that were entered at
 * `first` are left again: a name's rule is to be noted, not looked into.
 */
export function followersHere(parser: Parser, first: Token, types: readonly number[] = []): Followers {
  let { state, context } = parser;
  while (context?.start === first && context.parent) {
    state = context.invokingState;
    context = context.parent;
  }
  const start = parser.atn.states[state];
  let places: Position[] = start ? [{ state: start, stack: openRules(parser.atn, context) }] : [];
  for (const type of types) places = walk(places, true).tokens.get(type) ?? [];
  return walk(places);
}

/** What may come after one token of those that may come now. */
export function followersOf(positions: readonly Position[]): Followers {
  return walk(positions);
}

/** The types of the tokens a rule can begin with. */
export function tokensStarting(rule: number): Set<number> {
  const start = StreamSqlParser._ATN.ruleToStartState[rule];
  return new Set(start ? walk([{ state: start, stack: end }], true).tokens.keys() : []);
}

/** With `enterNames` the tokens of names are noted too. */
function walk(starts: readonly Position[], enterNames = false): Followers {
  const found: Followers = { tokens: new Map(), names: new Set() };
  const seen = new Map<Stack, Set<number>>();
  const open = [...starts];
  for (let place = open.pop(); place; place = open.pop()) {
    const { state, stack } = place;
    const states = seen.get(stack) ?? new Set();
    seen.set(stack, states);
    if (states.has(state.stateNumber)) continue;
    states.add(state.stateNumber);
    if (state instanceof RuleStopState) open.push(...stack.up());
    else step(place, open, found, enterNames);
  }
  return found;
}

function step({ state, stack }: Position, open: Position[], found: Followers, enterNames: boolean): void {
  for (const transition of state.transitions) {
    if (transition instanceof RuleTransition) {
      const after: Position = { state: transition.followState, stack };
      if (nameRules.has(transition.ruleIndex)) found.names.add(transition.ruleIndex);
      if (enterNames || !nameRules.has(transition.ruleIndex))
        open.push({ state: transition.target, stack: inner(after) });
    } else if (transition.isEpsilon) {
      open.push({ state: transition.target, stack });
    } else {
      for (const type of transition.label?.toArray() ?? []) {
        const positions = found.tokens.get(type) ?? [];
        positions.push({ state: transition.target, stack });
        found.tokens.set(type, positions);
      }
    }
  }
}

const end: Stack = { up: () => [] };
const innerStacks = new WeakMap<Stack, Map<number, Stack>>();

/** The stack inside a rule after which `after` comes; the same object for the same place, so that a walk ends. */
function inner(after: Position): Stack {
  const known = innerStacks.get(after.stack) ?? new Map<number, Stack>();
  innerStacks.set(after.stack, known);
  const stack = known.get(after.state.stateNumber) ?? { up: () => [after] };
  known.set(after.state.stateNumber, stack);
  return stack;
}

function openRules(atn: ATN, context: ParserRuleContext | null): Stack {
  if (!context || context.invokingState < 0) return end;
  const call = atn.states[context.invokingState]?.transitions[0];
  const parent = context.parent;
  if (!(call instanceof RuleTransition)) return end;
  let around: Stack | undefined;
  return { up: () => [{ state: call.followState, stack: (around ??= openRules(atn, parent)) }] };
}
