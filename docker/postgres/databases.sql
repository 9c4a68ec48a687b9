-- Runs once, when the data volume is empty: a database and a role of its own for Acuerpa and for Temporal.
\getenv acuerpa_password DATABASE_PASSWORD
\getenv temporal_password TEMPORAL_DATABASE_PASSWORD

CREATE ROLE acuerpa LOGIN PASSWORD :'acuerpa_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';

CREATE DATABASE acuerpa OWNER acuerpa;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

-- Neither may look into the other's database.
REVOKE ALL ON DATABASE acuerpa, temporal, temporal_visibility, postgres FROM PUBLIC;
