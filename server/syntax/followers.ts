// What the grammar allows next: walks its network from where the parser stands, without consuming anything, and notes each token and each
// kind of name that could come.
import {
  RuleStopState,
  RuleTransition,
  type ATN,
  type ATNState,
  type NoViableAltException,
  type Parser,
  type ParserRuleContext,
  type PredictionContext,
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

/** Rules for names: what may stand there is a matter of the catalog, not of the grammar. */
export const nameRules: ReadonlySet<number> = new Set([
  StreamSqlParser.RULE_jobName,
  StreamSqlParser.RULE_jobNameDeploy,
  StreamSqlParser.RULE_jobNameCreate,
  StreamSqlParser.RULE_tableName,
  StreamSqlParser.RULE_tableNameCreate,
  StreamSqlParser.RULE_tableQualifier,
  StreamSqlParser.RULE_columnName,
  StreamSqlParser.RULE_columnNameCreate,
  StreamSqlParser.RULE_columnAlias,
  StreamSqlParser.RULE_aliasName,
  StreamSqlParser.RULE_bareAlias,
  StreamSqlParser.RULE_fieldName,
  StreamSqlParser.RULE_fieldNameCreate,
  StreamSqlParser.RULE_windowName,
  StreamSqlParser.RULE_functionName,
  StreamSqlParser.RULE_typeWord,
  StreamSqlParser.RULE_identifier,
  StreamSqlParser.RULE_optionKey,
  StreamSqlParser.RULE_optionValue,
  StreamSqlParser.RULE_settingKey,
  StreamSqlParser.RULE_settingValue,
]);

/** From a state of the parser, with the rules that are open there. */
export function followers(atn: ATN, state: number, context: ParserRuleContext | null): Followers {
  const start = atn.states[state];
  return start ? walk([{ state: start, stack: openRules(atn, context) }]) : walk([]);
}

/** From where looking ahead came to a dead end: all the ways it was still on. */
export function followersOfDeadEnd(parser: Parser, error: NoViableAltException): Followers {
  const configs = error.deadEndConfigs;
  const outer = openRules(parser.atn, error.ctx);
  // With full context the configurations know all open rules; else they know those entered since the decision.
  const around = configs?.fullCtx ? end : outer;
  return walk(
    [...(configs ?? [])].map(({ state, context }) => ({
      state,
      stack: predicted(parser.atn, context, around),
    })),
  );
}

/** What may come after one token of those that may come now. */
export function followersOf(positions: readonly Position[]): Followers {
  return walk(positions);
}

function walk(starts: readonly Position[]): Followers {
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
    else step(place, open, found);
  }
  return found;
}

function step({ state, stack }: Position, open: Position[], found: Followers): void {
  for (const transition of state.transitions) {
    if (transition instanceof RuleTransition) {
      const after: Position = { state: transition.followState, stack };
      if (nameRules.has(transition.ruleIndex)) found.names.add(transition.ruleIndex);
      else open.push({ state: transition.target, stack: inner(after) });
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

function predicted(atn: ATN, context: PredictionContext | null, around: Stack): Stack {
  if (!context || context.isEmpty()) return around;
  let places: Position[] | undefined;
  return {
    up: () =>
      (places ??= Array.from({ length: context.length }, (_, index) =>
        returned(atn, context, index, around),
      ).flat()),
  };
}

function returned(atn: ATN, context: PredictionContext, index: number, around: Stack): Position[] {
  const state = atn.states[context.getReturnState(index)];
  return state ? [{ state, stack: predicted(atn, context.getParent(index), around) }] : around.up();
}
