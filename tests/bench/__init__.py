"""Benchmarks: one command each, never part of the tests."""
