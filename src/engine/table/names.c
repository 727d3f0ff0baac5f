#include "engine/table/names.h"

#include <strings.h>

#include "base/mem.h"

void gn_names_fini(struct gn_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        gn_free(names->all[i]);
    gn_free(names->all);
    *names = (struct gn_names){0};
}

bool gn_names_add(struct gn_names *names, const char *name)
{
    char **grown = gn_realloc(names->all, (names->count + 1) * sizeof grown[0]);

    if (grown == NULL)
        return false;
    names->all = grown;
    grown[names->count] = gn_strdup(name);
    if (grown[names->count] == NULL)
        return false;
    names->count++;
    return true;
}

bool gn_names_has(const struct gn_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcasecmp(names->all[i], name) == 0)
            return true;
    return false;
}
