#include "cli/spools.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "control/beside.h"

static const char *for_temporary_files(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets the environment */
    const char *folder = getenv("TMPDIR");

    return folder != NULL && *folder != '\0' ? folder : "/var/tmp";
}

enum garner_code gn_spools_folder(const char *store, char **folder,
                                  struct garner_error *err)
{
    char *database;
    enum garner_code code = gn_beside_store(store, &database, err);

    *folder = NULL;
    if (code != GARNER_OK)
        return code;
    if (database == NULL) {
        *folder = gn_strdup(for_temporary_files());
    } else {
        const size_t size = (size_t)(strrchr(database, '/') - database);

        *folder = gn_memdup(database, size > 0 ? size : 1);
    }
    gn_free(database);
    return *folder != NULL ? GARNER_OK
                           : gn_fail(err, GARNER_NOMEM, "out of memory");
}
