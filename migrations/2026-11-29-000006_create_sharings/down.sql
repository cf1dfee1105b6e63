DROP TABLE disclosures;
DROP TABLE sharing_notices;
DROP TABLE sharings;
