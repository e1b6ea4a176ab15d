"""What is wrong with a task's data, said before anything is run on it."""
