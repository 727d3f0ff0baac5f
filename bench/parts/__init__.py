"""The parts of bench/run, one module each, and what they share (kit)."""
