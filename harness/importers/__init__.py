"""Reading the result files of other tools into recordings."""
