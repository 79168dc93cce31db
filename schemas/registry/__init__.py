"""The ids of ``ids.yaml`` as standard clients ask for them: the reading half of the Confluent Schema Registry's API."""
