"""Into and out of a learning management system: downloaded folders, rosters, gradebook files, pseudonyms."""
