"""What a person gets from an analysis: analysis.json, tables, annotated video, stills and the report page."""
