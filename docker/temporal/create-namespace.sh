#!/bin/sh
# Creates the namespace where it is missing; TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are read by the tool.
set -eu

temporal operator cluster health

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1; then
    echo "namespace $TEMPORAL_NAMESPACE is there"
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
