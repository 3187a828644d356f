"""OASIS Common Alerting Protocol 1.2: records, XML out, XML in."""
