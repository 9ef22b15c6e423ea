-- A word about trust that waits for a second person stands in trust_word, whatever it is about.
DROP TABLE region_word;
