#include "config/places.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "config/savepath.h"

struct place {
    const char *path;
    const struct gn_source *source;
};

static int by_path(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    const int order = strcmp(x->path, y->path);

    return order != 0 ? order
                      : (x->source > y->source) - (x->source < y->source);
}

/* The paths of those that save; false: no memory. */
static bool find(const struct gn_config *config, struct gn_arena *memory,
                 struct place *places, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct gn_source *source = &config->sources[i];
        struct place *place = &places[*count];

        if (source->save.path == NULL)
            continue;
        if (gn_savepath_fill(source, 0, memory, &place->path, NULL) !=
            GARNER_OK)
            return false;
        place->source = source;
        ++*count;
    }
    return true;
}

void gn_places_check(struct gn_problems *p, const struct gn_config *config)
{
    struct place *places =
        gn_realloc(NULL, (config->source_count + 1) * sizeof *places);
    struct gn_arena memory = {0};
    size_t count = 0;

    if (places == NULL || !find(config, &memory, places, &count)) {
        gn_problem_memory(p);
        count = 0;
    }
    if (count > 0)
        qsort(places, count, sizeof *places, by_path);
    for (size_t i = 1; i < count; i++)
        if (strcmp(places[i - 1].path, places[i].path) == 0)
            gn_problem(p, places[i].source->line, 1,
                       "source %.60s saves to the same file as %.60s; put "
                       "{name}, or a variable that differs, into the path of "
                       "body: save",
                       places[i].source->name, places[i - 1].source->name);
    gn_arena_clear(&memory);
    gn_free(places);
}
