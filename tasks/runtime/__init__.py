"""What every process stands on: settings in, an open database, a clock and the turns of customers out."""
