#!/bin/sh
# Brings Temporal's two databases to the schema of this image's version; does nothing where they have it.
set -eu

bring_up_to_date() {
    temporal-sql-tool --db "$1" setup-schema --version 0.0
    temporal-sql-tool --db "$1" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
