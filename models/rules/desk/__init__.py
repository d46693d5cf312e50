"""Who sees what at the desk."""
