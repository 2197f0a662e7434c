"""What makes a chain of runs, and what a run’s record needs: pure functions of values."""
