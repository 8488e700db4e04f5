"""Definitions as values: parsed, checked, and compiled to monitors, rules, routes and accounts."""
