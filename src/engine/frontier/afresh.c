#include "engine/frontier/afresh.h"

#include "engine/history/schema.h"
#include "garner/write.h"

/* What is left has the number before that of the pass, and passes of a crawl
 * have every other number: nothing is left of one two further on. The next one
 * removes what it does not find again. */
enum garner_code gn_afresh(struct garner_store *store, const char *source,
                           struct garner_error *err)
{
    enum garner_code code = gn_schema_open(store, err);

    if (code != GARNER_OK)
        return code;
    return garner_exec(store,
                       "update garner_source set pass = pass + 2"
                       " where name = ? and pass is not null",
                       GARNER_ARGS(garner_text(source)), NULL, err);
}
