"""Credit recovery: what a manager signs and decides, what a late payment costs, and the dossier of it all."""
