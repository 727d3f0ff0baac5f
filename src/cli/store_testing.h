/* store_testing.h - for tests: a store in memory. */
#ifndef GN_CLI_STORE_TESTING_H
#define GN_CLI_STORE_TESTING_H

#include "garner/write.h"

/* Close it with garner_close. */
static inline struct garner_store *open_store(void)
{
    struct garner_store *store = NULL;

    assert_int_equal(garner_open(":memory:", NULL, &store, NULL), GARNER_OK);
    return store;
}

static inline void runs(struct garner_store *store, const char *sql)
{
    assert_int_equal(garner_exec(store, sql, GARNER_ARGS(), NULL, NULL),
                     GARNER_OK);
}

#endif
