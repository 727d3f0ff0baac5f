/*
 * records.c [DATABASE [FILE [NOTES]]] - labels on objects instead of SQL: puts
 * some under notes and finds them again; then hands out work from a queue. With
 * FILE, puts what it holds, and that is all; a web page, for example, by
 *
 *   garner get https://example.org/ | ./records my.db /dev/stdin "a page"
 *
 *   cc records.c $(pkg-config --cflags --libs garner) && ./a.out
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <garner/garner.h>

static struct garner_store *store;
static struct garner_error err;

static int put(const char *collection, const char *notes, const char *text)
{
    const struct garner_entry entry = {
        .notes = notes, .data = text, .size = strlen(text)};

    return (int)garner_put(store, collection, &entry, NULL, &err);
}

/* Prints the records that filter names. */
static int show(const struct garner_filter *filter)
{
    struct garner_records *records;
    const struct garner_record *r;
    enum garner_code code =
        garner_find(store, "agency", filter, NULL, &records, &err);

    if (code != GARNER_OK)
        return (int)code;
    while ((code = garner_records_next(records, &r, &err)) == GARNER_ROW)
        printf("%s: %s\n", r->notes, (const char *)r->data);
    garner_records_close(records);
    return code == GARNER_DONE ? 0 : (int)code;
}

static int label_and_find(void)
{
    const struct garner_filter early = {.regexp = "agent00[1-7]",
                                        .words = "plan"};
    const struct garner_filter latest = {.order = GARNER_NEWEST, .limit = 1};

    if (put("agency", "#plan agent007 #london", "goldfinger") ||
        put("agency", "#plan agent006 #paris", "goldeneye") ||
        put("agency", "#plan agent009 #paris", "octopussy"))
        return 1;
    puts("Plans of one of the top seven agents:");
    if (show(&early))
        return 1;
    puts("The latest of all:");
    return show(&latest);
}

/* Any number of threads and processes may do this at the same time. */
static int work(void)
{
    const struct garner_pop_options options = {.lease_ms = 60000,
                                               .max_attempts = 5};
    struct garner_record *r;
    enum garner_code code;

    while ((code = garner_pop(store, "work", &options, &r, &err)) ==
           GARNER_OK) {
        printf("working on %s\n", (const char *)r->data);
        /* Here a real program would work on it. Were it killed now, another
         * would be given the record in a minute. */
        code = garner_ack(store, r->id, r->lease, &err);
        garner_record_free(r);
        if (code == GARNER_NOTFOUND)
            puts("it took too long: another is working on it");
        else if (code != GARNER_OK)
            return (int)code;
    }
    return code == GARNER_NOTFOUND ? 0 : (int)code; /* nothing is left */
}

int main(int argc, char **argv)
{
    const struct garner_keep keep = {.age_ms = INT64_C(30) * 86400 * 1000};
    const struct garner_entry notes = {.notes = argc > 3 ? argv[3] : NULL};
    int64_t id;
    int failed;

    if (garner_open(argc > 1 ? argv[1] : "records.db", NULL, &store, &err))
        return fprintf(stderr, "%s\n", err.message), 1;
    if (argc > 2) {
        failed =
            (int)garner_put_file(store, "files", argv[2], &notes, &id, &err);
        if (!failed)
            printf("record %" PRId64 "\n", id);
    } else {
        failed = label_and_find() || put("work", NULL, "one thing") ||
                 put("work", NULL, "another") || work() ||
                 garner_trim(store, "agency", &keep, NULL, &err);
    }
    if (failed)
        fprintf(stderr, "%s\n", err.message);
    garner_close(store);
    return failed != 0;
}
