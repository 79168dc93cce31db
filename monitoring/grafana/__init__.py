"""Grafana's dashboards, generated: ``python -m monitoring.grafana`` writes ``monitoring/dashboards/*.json``."""
