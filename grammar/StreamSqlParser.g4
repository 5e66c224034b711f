// The grammar of Stream SQL: one statement. No actions and no predicates, so that the same tables serve parsing, messages and
// completion. Each kind of name has its own rule, which completion is told by. Expressions have two levels (truth and
// values), so that the AND of BETWEEN is never in doubt.
parser grammar StreamSqlParser;

options {
    tokenVocab = StreamSqlLexer;
}

singleStatement: statement SEMI? EOF;

statement
    : startJob
    | pauseJobs
    | resumeJobs
    | stopJob
    | dropJob
    | restartJob
    | deployJob
    | rollbackJob
    | peekJob
    | retryDeadLetters
    | moveJob
    | show
    | describe
    | explain
    | createTable
    | createView
    | dropRelation
    | insert
    | statementSet
    | selectStatement
    | setOption
    | resetOption
    ;

// ---- Jobs ----

startJob: START job ifNotExists? jobNameCreate PAUSED? AS jobBody withOptions?;
jobBody: insert | statementSet | selectStatement;
statementSet: EXECUTE? STATEMENT SET BEGIN insert (SEMI insert)* SEMI? END;

pauseJobs: PAUSE jobTarget COLD? pauseReason? pauseEnd?;
resumeJobs: RESUME jobTarget (FOR INTEGER RECORDS | resumeFrom? acceptDataLoss?);
jobTarget
    : job ifExists? jobName (COMMA jobName)* # namedJobs
    | jobs LIKE STRING                       # jobsLike
    | ALL jobs                               # allJobs
    ;
pauseReason: WITH REASON EQ? STRING;
pauseEnd: FOR intervalLiteral | UNTIL TIMESTAMP STRING;
resumeFrom: FROM (EARLIEST | LATEST | TIMESTAMP STRING);
acceptDataLoss: ACCEPT DATA LOSS;

stopJob: STOP job ifExists? jobName (COMMA jobName)* FORCE?;
dropJob: DROP job ifExists? jobName;
restartJob: RESTART job jobName;
deployJob: DEPLOY job jobNameDeploy VERSION STRING AS jobBody withOptions? strategy?;
strategy: STRATEGY (BLUE_GREEN | CANARY LPAREN INTEGER RPAREN | ROLLING | REPLACE);
rollbackJob: ROLLBACK job jobName (TO? VERSION STRING)?;
peekJob: PEEK job jobName (LIMIT INTEGER)?;
retryDeadLetters: RETRY DEAD (LETTERS | LETTER INTEGER) FOR jobName;
moveJob: MOVE job jobName TO (CONNECTION STRING | LOCAL);

show: (SHOW | LIST) showSubject;
showSubject
    : jobs likePattern?               # showJobs
    | job? STATUS jobName?            # showStatus
    | job? METRICS jobName?           # showMetrics
    | job? VERSIONS FOR? jobName      # showVersions
    | PAUSE HISTORY (FOR jobName)?    # showPauseHistory
    | DEAD LETTERS (FOR jobName)?     # showDeadLetters
    | catalogKind likePattern?        # showCatalog
    ;
catalogKind: TABLES | STREAMS | VIEWS | TOPICS | FUNCTIONS | CONNECTIONS;
likePattern: LIKE STRING;

describe: (DESCRIBE | DESC) (job jobName | tableName);
explain: EXPLAIN (selectStatement | insert | pauseJobs | resumeJobs);

job: JOB | QUERY;
jobs: JOBS | QUERIES;

// ---- Catalog and settings ----

createTable: CREATE (TABLE | STREAM) ifNotExists? tableNameCreate (tableElements comment? withOptions? | comment? withOptions? tableQuery);
tableQuery: AS query emitClause? withOptions?;
tableElements: LPAREN tableElement (COMMA tableElement)* RPAREN;
tableElement
    : columnNameCreate AS expression comment?                       # computedColumn
    | columnNameCreate typeName metadata? inlineKey? comment?       # typedColumn
    | WATERMARK FOR columnName AS expression                        # watermark
    | (CONSTRAINT identifier)? PRIMARY KEY columnNames NOT ENFORCED # primaryKey
    ;
metadata: METADATA (FROM STRING)? VIRTUAL?;
inlineKey: PRIMARY KEY NOT ENFORCED;
comment: COMMENT STRING;
createView: CREATE VIEW ifNotExists? tableNameCreate (LPAREN columnNameCreate (COMMA columnNameCreate)* RPAREN)? AS query;
dropRelation: DROP (TABLE | STREAM | VIEW) ifExists? tableName;

insert: INSERT INTO tableName columnNames? query emitClause?;
selectStatement: query (emitClause limitClause?)?;
emitClause: EMIT (CHANGES | FINAL);

withOptions: WITH LPAREN option (COMMA option)* RPAREN;
option: optionKey EQ optionValue;
optionKey: STRING;
optionValue: STRING | PLACEHOLDER;
setOption: SET settingKey EQ settingValue;
resetOption: RESET settingKey?;
settingKey: STRING;
settingValue: STRING | PLACEHOLDER;

ifExists: IF EXISTS;
ifNotExists: IF NOT EXISTS;

// ---- Queries ----

query: commonTables? queryBody orderByClause? rowLimits?;
commonTables: WITH commonTable (COMMA commonTable)*;
commonTable: tableNameCreate columnAliases? AS LPAREN query RPAREN;
queryBody: queryTerm ((UNION | EXCEPT) setQuantifier? queryTerm)*;
queryTerm: queryPrimary (INTERSECT setQuantifier? queryPrimary)*;
queryPrimary
    : selectQuery                         # plainQuery
    | VALUES expression (COMMA expression)* # valuesQuery
    | LPAREN query RPAREN                 # nestedQuery
    ;
setQuantifier: ALL | DISTINCT;

orderByClause: ORDER BY orderItem (COMMA orderItem)*;
orderItem: expression (ASC | DESC)? (NULLS (FIRST | LAST))?;
rowLimits: limitClause offsetClause? | offsetClause (limitClause | fetchClause)? | fetchClause;
limitClause: LIMIT rowCount;
offsetClause: OFFSET rowCount (ROW | ROWS)?;
fetchClause: FETCH (FIRST | NEXT) rowCount (ROW | ROWS) ONLY;
rowCount: INTEGER | PLACEHOLDER;

selectQuery: selectList fromClause? whereClause? windowClause? groupByClause? windowClause? havingClause? windowClause?;
selectList: SELECT setQuantifier? selectItem (COMMA selectItem)*;
selectItem
    : STAR                                # allColumns
    | tableQualifier DOT STAR             # tableColumns
    | expression (AS columnAlias | bareAlias)? # selectExpression
    ;
tableQualifier: identifier (DOT identifier)*;
whereClause: WHERE expression;
havingClause: HAVING expression;
groupByClause: GROUP BY groupItem (COMMA groupItem)*;
groupItem
    : GROUPING SETS LPAREN groupingSet (COMMA groupingSet)* RPAREN # groupingSets
    | (ROLLUP | CUBE) LPAREN expression (COMMA expression)* RPAREN # rollup
    | expression                                                   # groupExpression
    ;
groupingSet: LPAREN RPAREN | expression;

windowClause
    : WINDOW windowType LPAREN windowArguments RPAREN                      # windowSugar
    | WINDOW namedWindow (COMMA namedWindow)*                              # windowDefinitions
    ;
windowType: TUMBLING | TUMBLE | HOPPING | HOP | SLIDING | SESSION;
windowArguments: (windowTime COMMA)? windowSize (COMMA windowSize)*;
windowTime: columnPath;
windowSize: (SIZE | ADVANCE BY | GAP)? duration;
duration: DURATION | INTEGER timeUnit | intervalLiteral;
namedWindow: windowName AS LPAREN windowSpecification RPAREN;

fromClause: FROM fromItem (COMMA fromItem)*;
fromItem: tablePrimary joinPart*;
joinPart
    : CROSS JOIN tablePrimary                                       # crossJoin
    | joinType? JOIN tablePrimary within? (joinOn | joinUsing) within? # qualifiedJoin
    ;
joinType: INNER | (LEFT | RIGHT | FULL) OUTER?;
joinOn: ON expression;
joinUsing: USING columnNames;
within: WITHIN duration;
tablePrimary
    : STATE OF job jobName tableAlias?                                                  # jobState
    | tableName (FOR SYSTEM_TIME AS OF valueExpression)? tableAlias?                    # namedTable
    | LPAREN query RPAREN tableAlias?                                                   # derivedTable
    | LPAREN fromItem RPAREN                                                            # nestedJoin
    | TABLE LPAREN windowFunction LPAREN windowInput COMMA windowDescriptor (COMMA windowParameter)+ RPAREN RPAREN tableAlias? # windowTable
    | LATERAL? TABLE LPAREN functionCall RPAREN tableAlias?                             # functionTable
    | UNNEST LPAREN expression RPAREN tableAlias?                                       # unnestTable
    ;
windowFunction: TUMBLE | HOP | CUMULATE | SESSION;
windowInput: (DATA ARROW)? TABLE tableName (PARTITION BY (columnNames | columnName))?;
windowDescriptor: (identifier ARROW)? DESCRIPTOR LPAREN columnName RPAREN;
windowParameter: (identifier ARROW)? intervalLiteral;
tableAlias: (AS aliasName | bareAlias) columnAliases?;
columnAliases: LPAREN columnNameCreate (COMMA columnNameCreate)* RPAREN;
columnNames: LPAREN columnName (COMMA columnName)* RPAREN;

// ---- Expressions ----

expression: booleanExpression;
booleanExpression
    : NOT booleanExpression                       # notExpression
    | predicate                                   # predicateExpression
    | booleanExpression AND booleanExpression     # andExpression
    | booleanExpression OR booleanExpression      # orExpression
    ;
predicate: valueExpression predicateRest*;
predicateRest
    : comparison valueExpression                                                         # comparisonRest
    | NOT? BETWEEN (SYMMETRIC | ASYMMETRIC)? valueExpression AND valueExpression         # betweenRest
    | NOT? IN (LPAREN (query | expression (COMMA expression)*) RPAREN | inBare)          # inRest
    | NOT? (LIKE | SIMILAR TO) valueExpression (ESCAPE valueExpression)?                 # likeRest
    | IS NOT? (NULL | TRUE | FALSE | UNKNOWN)                                            # isRest
    | IS NOT? DISTINCT FROM valueExpression                                              # isDistinctRest
    | OVERLAPS valueExpression                                                           # overlapsRest
    ;
// Only for POSITION('x' IN name).
inBare: literal | functionCall | columnPath;
comparison: EQ | NEQ | LT | LE | GT | GE;
valueExpression
    : primary                                                     # primaryValue
    | (PLUS | MINUS) valueExpression                              # signedValue
    | valueExpression (STAR | SLASH | PERCENT | CONCAT) valueExpression # productValue
    | valueExpression (PLUS | MINUS) valueExpression              # sumValue
    ;
primary: atom (LBRACKET expression RBRACKET | DOT fieldName)*;
atom
    : literal                                                                # literalAtom
    | functionCall                                                           # callAtom
    | columnName                                                             # columnAtom
    | LPAREN query RPAREN                                                    # queryAtom
    | LPAREN expression (COMMA expression)* RPAREN                           # parenthesized
    | CASE expression? caseBranch+ (ELSE expression)? END                    # caseAtom
    | (CAST | TRY_CAST) LPAREN expression AS typeName RPAREN                 # castAtom
    | EXISTS LPAREN query RPAREN                                             # existsAtom
    | ROW LPAREN (expression (COMMA expression)*)? RPAREN                    # rowAtom
    | ARRAY LBRACKET (expression (COMMA expression)*)? RBRACKET              # arrayAtom
    | MAP LBRACKET (expression COMMA expression (COMMA expression COMMA expression)*)? RBRACKET # mapAtom
    ;
caseBranch: WHEN expression THEN expression;

functionCall: functionName LPAREN functionArguments? RPAREN filterClause? overClause?;
// The special forms are EXTRACT(unit FROM x), TRIM(BOTH x FROM y), POSITION(x IN y), SUBSTRING(x FROM y FOR z), FLOOR(x TO unit).
functionArguments
    : STAR
    | (LEADING | TRAILING | BOTH) expression? FROM expression
    | setQuantifier? expression (FROM expression (FOR expression)? | TO timeUnit | (COMMA expression)*)
    ;
filterClause: FILTER LPAREN WHERE expression RPAREN;
overClause: OVER (LPAREN windowSpecification RPAREN | windowName);
windowSpecification: (PARTITION BY expression (COMMA expression)*)? orderByClause? windowFrame?;
windowFrame: (ROWS | RANGE) (frameBound | BETWEEN frameBound AND frameBound);
frameBound: UNBOUNDED (PRECEDING | FOLLOWING) | CURRENT ROW | valueExpression (PRECEDING | FOLLOWING);

literal
    : NULL                                                  # nullLiteral
    | (TRUE | FALSE)                                        # booleanLiteral
    | (INTEGER | DECIMAL)                                   # numberLiteral
    | STRING                                                # stringLiteral
    | (DATE | TIME | TIMESTAMP | TIMESTAMP_LTZ) STRING      # datetimeLiteral
    | intervalLiteral                                       # intervalValue
    ;
intervalLiteral: INTERVAL (PLUS | MINUS)? STRING timeUnit (LPAREN INTEGER RPAREN)? (TO timeUnit (LPAREN INTEGER RPAREN)?)?;
timeUnit
    : YEAR | YEARS | QUARTER | MONTH | MONTHS | WEEK | WEEKS | DAY | DAYS | HOUR | HOURS | MINUTE | MINUTES
    | SECOND | SECONDS | MILLISECOND | MILLISECONDS
    ;

typeName: typeBody (NOT? NULL)?;
typeBody
    : ARRAY LT typeName GT                                          # arrayType
    | MAP LT typeName COMMA typeName GT                             # mapType
    | ROW (LT rowField (COMMA rowField)* GT | LPAREN rowField (COMMA rowField)* RPAREN) # rowType
    | INTERVAL timeUnit (TO timeUnit)?                              # intervalType
    | typeWord (PRECISION | VARYING)? (LPAREN INTEGER (COMMA INTEGER)* RPAREN)? timeZone? # scalarType
    ;
typeWord: DATE | TIME | TIMESTAMP | TIMESTAMP_LTZ | IDENTIFIER | PLACEHOLDER;
timeZone: (WITH LOCAL? | WITHOUT) TIME ZONE;
rowField: fieldNameCreate typeName comment?;

// ---- Names ----

jobName: identifier;
jobNameDeploy: identifier;
jobNameCreate: identifier;
tableName: identifier (DOT identifier)*;
tableNameCreate: identifier (DOT identifier)*;
columnName: identifier;
columnPath: columnName (DOT fieldName)*;
columnNameCreate: identifier;
columnAlias: identifier;
aliasName: identifier;
bareAlias: aliasIdentifier;
fieldName: identifier;
fieldNameCreate: identifier;
windowName: identifier;
functionName: identifier | LEFT | RIGHT | GROUPING;

identifier: IDENTIFIER | BACK_QUOTED | DOUBLE_QUOTED | PLACEHOLDER | nonReserved | nonReservedStarter;
// A word that starts a statement or a clause is no alias, lest a forgotten `;` goes unseen.
aliasIdentifier: IDENTIFIER | BACK_QUOTED | DOUBLE_QUOTED | PLACEHOLDER | nonReserved;

nonReserved
    : ADVANCE | ASYMMETRIC | BLUE_GREEN | BOTH | CANARY | CHANGES | COMMENT | CONNECTION | CONNECTIONS | CUMULATE
    | CURRENT | DATA | DATE | DAY | DAYS | DEAD | EARLIEST | ENFORCED | FINAL | FIRST | FOLLOWING
    | FUNCTIONS | GAP | HISTORY | HOP | HOPPING | HOUR | HOURS | IF | JOB | JOBS | KEY | LAST | LATEST
    | LEADING | LETTER | LETTERS | LOCAL | LOSS | METADATA | METRICS | MILLISECOND | MILLISECONDS | MINUTE | MINUTES | MONTH
    | MONTHS | NEXT | NULLS | ONLY | PAUSED | PRECEDING | PRECISION | QUARTER | QUERIES | QUERY | RANGE
    | REASON | RECORDS | REPLACE | ROLLING | ROWS | SECOND | SECONDS | SESSION | SETS | SIZE | SLIDING
    | STATE | STATUS | STREAM | STREAMS | SYMMETRIC | SYSTEM_TIME | TABLES | TIME | TIMESTAMP | TIMESTAMP_LTZ
    | TOPICS | TRAILING | TUMBLE | TUMBLING | UNBOUNDED | UNKNOWN | VARYING | VERSION | VERSIONS | VIEW | VIEWS | VIRTUAL
    | WEEK | WEEKS | WITHOUT | YEAR | YEARS | ZONE
    ;
nonReservedStarter
    : ACCEPT | ASC | BEGIN | COLD | DEPLOY | DESC | DESCRIBE | EMIT | ESCAPE | EXECUTE | EXPLAIN | FETCH
    | FILTER | FORCE | LIST | MOVE | OFFSET | OVERLAPS | PARTITION | PAUSE | PEEK | RESET | RESTART | RESUME
    | RETRY | ROLLBACK | SET | SHOW | SIMILAR | START | STATEMENT | STOP | STRATEGY | UNTIL | WATERMARK | WINDOW | WITHIN
    ;
