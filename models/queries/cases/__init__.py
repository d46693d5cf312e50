"""Cases, their statements, holds, dossiers and timelines."""
