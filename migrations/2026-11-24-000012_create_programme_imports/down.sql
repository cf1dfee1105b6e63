DROP TABLE programme_import_rows;
DROP TABLE programme_imports;
