"""What other tools take from burnline: OpenSLO documents, Prometheus metrics and rules, CSV."""
