"""Logs nobody can quietly edit: what was looked up, decided and delivered, chained and sealed under signed roots.

A process of its own reads what is committed; nothing that decides or delivers waits for it (docs/adr/0023).
"""
