#include "faults/start.h"

#include "faults/shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void start_empty(struct start *start)
{
    *start = (struct start){.name = "a new file"};
}

void start_without_wal(struct start *start)
{
    *start = (struct start){.name = "one without a log", .without_wal = true};
}

void start_life(const struct start *start, const char *path, struct life *life)
{
    life_init(life, path);
    image_put(&start->image, path);
    shim_without_wal(start->without_wal);
    atomic_store(&life->count, start->count);
    for (int i = 0; i < start->count; i++) {
        atomic_store(&life->rows[i], start->rows[i]);
        atomic_store(&life->outcomes[i], start->outcomes[i]);
    }
}

static struct start *taken_for;

static void take(struct life *life)
{
    taken_for->image = image_take(life->path);
}

void start_crashed(struct start *start, const char *path)
{
    struct life life;

    *start = (struct start){.name = "a crashed one"};
    start_life(start, path, &life);
    /* Else the log may be halfway in the database, which a log that is damaged
     * then leaves in pieces: no database can help that. */
    life.options.checkpoint = GARNER_CHECKPOINT_EXTERNAL;
    life.leaves = take;
    taken_for = start;
    if (!life_run(&life) || life.complaint[0] != '\0') {
        fprintf(stderr, "%s\n", life.complaint);
        abort();
    }
    if (start->image.files[IMAGE_LOG].size < 10000)
        abort(); /* nothing to recover */
    start->count = atomic_load(&life.count);
    for (int i = 0; i < start->count; i++) {
        start->rows[i] = atomic_load(&life.rows[i]);
        start->outcomes[i] = atomic_load(&life.outcomes[i]);
    }
}

void start_free(struct start *start)
{
    image_free(&start->image);
}

#if defined __SANITIZE_THREAD__
enum { SLOW = 4 };
#elif defined __SANITIZE_ADDRESS__
enum { SLOW = 2 };
#else
enum { SLOW = 1 };
#endif

static bool is_full(void)
{
    const char *faults = getenv("FAULTS");

    return faults != NULL && strcmp(faults, "full") == 0;
}

unsigned sweep_rounds(unsigned few, unsigned all)
{
    return is_full() ? all : (few + SLOW - 1) / SLOW;
}

unsigned sweep_next(unsigned nth, unsigned first, unsigned step)
{
    return nth + (is_full() || nth < first / SLOW ? 1 : step * SLOW);
}
