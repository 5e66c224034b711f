CREATE TABLE src (k STRING, line STRING, headers MAP<STRING, BYTES> METADATA VIRTUAL)
  WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'raw', 'key.format' = 'raw', 'key.fields' = 'k', 'value.fields-include' = 'EXCEPT_KEY');
CREATE TABLE dst (line STRING, k STRING) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'raw', 'key.format' = 'raw', 'key.fields' = 'k', 'value.fields-include' = 'EXCEPT_KEY');
INSERT INTO dst SELECT line || DECODE(headers['h/1'], 'UTF-8'), k FROM src WHERE line <> 'no';
----
src: some "text" 
src: no
src: 
src: last
----
[key-0] some "text" 0
[key-2] 2
[key-3] last3
