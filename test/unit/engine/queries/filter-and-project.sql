CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
CREATE TABLE big (id BIGINT, label STRING, doubled DECIMAL(12, 2)) WITH ('connector' = 'kafka', 'topic' = 't', 'properties.bootstrap.servers' = 'b:1', 'format' = 'json');
INSERT INTO big SELECT id, UPPER(customer) || '!', amount * 2 FROM orders WHERE amount >= 10;
----
orders: {"id": 1, "customer": "ann", "amount": 10}
orders: {"id": 2, "customer": "bob", "amount": 9.99}
orders: {"id": 9007199254740993, "customer": "c\"é\n", "amount": 12.345}
orders: {"customer": null, "id": 4, "amount": "99999999.99"}
orders: <null>
orders: {"id": 5}
orders: {"id": 6, "amount": 11, "other": {"x": [1]}}
----
{"id":1,"label":"ANN!","doubled":20.00}
{"id":9007199254740993,"label":"C\"É\n!","doubled":24.70}
{"id":4,"label":null,"doubled":199999999.98}
{"id":6,"label":null,"doubled":22.00}
