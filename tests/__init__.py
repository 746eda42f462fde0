"""Tests of timbao; flat, one file per module."""
