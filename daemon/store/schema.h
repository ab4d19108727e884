/* The database's tables. */
#ifndef ASSAY_STORE_SCHEMA_H
#define ASSAY_STORE_SCHEMA_H

#define SCHEMA_VERSION 3

/* Step N brings a database of version N to N + 1. A step that has been released is never
 * changed: a change is a further step. */
extern const char *const schema_steps[SCHEMA_VERSION];

#endif
