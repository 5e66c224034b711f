CREATE TABLE src (id INT, name STRING, amount DECIMAL(20, 3), ok BOOLEAN) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'csv');
CREATE TABLE dst (id INT, name STRING, amount DECIMAL(20, 3), ok BOOLEAN) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'csv');
INSERT INTO dst SELECT id, name, amount, ok FROM src;
----
src: 1,ann,12345678901234567.123,true
src: 2,"a ""b"", c",1,false
src: 3,,,
src: x,bad,1,true
src: 4,too,few
src: ,"",2,true
----
1,ann,12345678901234567.123,true
2,"a ""b"", c",1.000,false
3,,,
,,2.000,true
failed: 2
