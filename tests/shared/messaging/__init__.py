"""Events on their way, on real PostgreSQL and real RabbitMQ."""
