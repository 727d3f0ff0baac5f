#include "engine/table/way.h"

#include <strings.h>

#include "base/error.h"

static bool same_key(const struct gn_rows_spec *a, const struct gn_rows_spec *b)
{
    bool same = a->key_count == b->key_count;

    for (size_t i = 0; same && i < a->key_count; i++)
        same = strcasecmp(a->key[i], b->key[i]) == 0;
    return same;
}

/* What is written as a whole is one source's: each would take away what another
 * brought. */
enum garner_code gn_way_check(const struct gn_rows_spec *first,
                              const struct gn_rows_spec *spec,
                              struct garner_error *err)
{
    if (!same_key(first, spec))
        return gn_fail(err, GARNER_INVALID,
                       "table %s is written with two different keys; give all "
                       "its sources the same",
                       spec->table);
    if (!gn_config_same_way(first, spec))
        return gn_fail(err, GARNER_INVALID,
                       "table %s is written in two ways; give all its sources "
                       "the same conflict, columns, new_columns and parent",
                       spec->table);
    if (gn_config_takes_away(spec->conflict))
        return gn_fail(err, GARNER_INVALID,
                       "table %.60s has a second source, and each would take "
                       "away the other's rows (conflict: %s); give each a "
                       "table of its own",
                       spec->table,
                       spec->conflict == GN_CONFLICT_HISTORY ? "history"
                                                             : "replace");
    return GARNER_OK;
}
