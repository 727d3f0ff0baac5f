/* fleet_test.c - the open shards of a farm: which they are, and what is wrong
 * with them. */
#include "store/farm/fixture_test.h"

#include "base/error.h"
#include "store/commit/lead.h"
#include "store/farm/fleet.h"
#include "store/farm/make.h"
#include "store/farm/placement.h"

static struct gn_fleet *f;

static int without_fleet(void **state)
{
    gn_fleet_close(f);
    f = NULL;
    return without_store(state);
}

static enum garner_code open_fleet(unsigned shards, struct garner_error *err)
{
    gn_fleet_close(f);
    return gn_fleet_open(fixture.folder, shards, &options, &f, err);
}

static void refused(unsigned shards, enum garner_code code, const char *words)
{
    struct garner_error err;

    assert_int_equal(open_fleet(shards, &err), code);
    assert_null(f);
    if (strstr(err.message, words) == NULL)
        fail_msg("'%s' is not in: %s", words, err.message);
}

static void a_farm_is_opened_as_it_was_made(void **state)
{
    (void)state;
    assert_int_equal(open_fleet(3, NULL), GARNER_OK);
    assert_int_equal(gn_fleet_count(f), 3);
    for (unsigned slot = 0; slot < GARNER_SLOTS; slot++)
        assert_int_equal(gn_fleet_route(f, slot), gn_placement_shard(slot, 3));
    assert_int_equal(open_fleet(0, NULL), GARNER_OK);
    assert_int_equal(gn_fleet_count(f), 3);
    assert_int_equal(open_fleet(3, NULL), GARNER_OK);
    refused(2, GARNER_UNSUPPORTED, "is a farm of 3 shards, not 2");
    refused(4, GARNER_UNSUPPORTED, "garner resize");
    options.create = false;
    assert_int_equal(open_fleet(3, NULL), GARNER_OK);
    options.read_only = true;
    assert_int_equal(open_fleet(3, NULL), GARNER_OK);
    assert_null(f->moves);
}

static void what_is_no_farm_says_so(void **state)
{
    char folder[96];

    (void)state;
    refused(0, GARNER_IO, "is a folder, but no farm");
    refused(0, GARNER_IO, "?shards=N");
    options.create = false;
    refused(2, GARNER_IO, "is a folder, but no farm");
    snprintf(folder, sizeof folder, "%s/none", fixture.folder);
    assert_int_equal(gn_fleet_open(folder, 2, &options, &f, NULL),
                     GARNER_NOTFOUND);
}

static void move_file(const char *from, const char *to)
{
    char a[128];
    char b[128];

    snprintf(a, sizeof a, "%s/%s", fixture.folder, from);
    snprintf(b, sizeof b, "%s/%s", fixture.folder, to);
    assert_int_equal(rename(a, b), 0);
}

static void overwrite(const char *name)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", fixture.folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%02000d", 7);
    (void)fclose(file);
}

static void one_bad_file_is_named(void **state)
{
    struct gn_sqlite_options how = writer_options();
    struct gn_sqlite *c;

    (void)state;
    assert_int_equal(open_fleet(3, NULL), GARNER_OK);
    gn_fleet_close(f);
    f = NULL;
    move_file("001.db", "away");
    refused(0, GARNER_NOTFOUND, "shard 1 (");
    move_file("000.db", "001.db");
    refused(0, GARNER_IO, "no 000.db");
    move_file("001.db", "000.db");
    move_file("002.db", "001.db");
    refused(0, GARNER_UNSUPPORTED, "it is shard 2 of this farm");
    move_file("001.db", "002.db");
    c = NULL;
    assert_int_equal(gn_sqlite_open(&how, &c, NULL), GARNER_OK);
    gn_sqlite_close(c);
    move_file("t.db", "001.db");
    refused(0, GARNER_UNSUPPORTED, "no shard of a farm");
    overwrite("001.db");
    refused(0, GARNER_CORRUPT, "shard 1 (");
    move_file("away", "001.db");
    assert_int_equal(open_fleet(0, NULL), GARNER_OK);
    gn_fleet_close(f);
    f = NULL;
    overwrite("000.db");
    refused(0, GARNER_CORRUPT, "shard 0 (");
}

static void another_farm_s_file_is_not_taken_for_ours(void **state)
{
    char other[96];
    char theirs[128];
    struct gn_fleet *foreign;

    (void)state;
    assert_int_equal(open_fleet(2, NULL), GARNER_OK);
    gn_fleet_close(f);
    f = NULL;
    snprintf(other, sizeof other, "%s-other", fixture.folder);
    assert_int_equal(gn_fleet_open(other, 2, &options, &foreign, NULL),
                     GARNER_OK);
    gn_fleet_close(foreign);
    snprintf(theirs, sizeof theirs, "%s/001.db", other);
    {
        char ours[128];

        snprintf(ours, sizeof ours, "%s/001.db", fixture.folder);
        assert_int_equal(rename(theirs, ours), 0);
    }
    refused(0, GARNER_UNSUPPORTED, "it is shard 1 of another farm");
    snprintf(other, sizeof other, "rm -r '%s-other'", fixture.folder);
    assert_int_equal(system(other), 0);
}

/* Another process makes a shard more. */
static void shards_that_come_later_are_opened(void **state)
{
    struct gn_fleet *other;
    struct gn_layout layout;
    struct gn_shard *s;
    struct garner_error err;
    struct gn_sqlite *like;

    (void)state;
    assert_int_equal(open_fleet(2, NULL), GARNER_OK);
    assert_int_equal(gn_fleet_open(fixture.folder, 0, &options, &other, NULL),
                     GARNER_OK);
    assert_int_equal(gn_fleet_shard(f, 2, &s, &err), GARNER_NOTFOUND);
    assert_null(s);
    assert_int_equal(gn_fleet_reader(f, 0, &like, NULL), GARNER_OK);
    assert_int_equal(
        gn_farm_make_shard(fixture.folder, f->id, 2, like, &options, NULL),
        GARNER_OK);
    gn_sqlite_close(like);
    assert_int_equal(gn_fleet_layout(f, &layout, NULL), GARNER_OK);
    assert_int_equal(layout.files, 2);
    {
        struct gn_sqlite_options how = writer_options();
        char path[GN_FARM_PATH];
        struct gn_sqlite *c;

        assert_int_equal(gn_farm_path(fixture.folder, 0, path, NULL),
                         GARNER_OK);
        how.path = path;
        assert_int_equal(gn_sqlite_open(&how, &c, NULL), GARNER_OK);
        run(c, "update garner_farm set files = 3");
        gn_sqlite_close(c);
    }
    assert_int_equal(gn_fleet_shard(other, 2, &s, NULL), GARNER_OK);
    assert_int_equal(gn_fleet_number(other, s), 2);
    assert_int_equal(gn_fleet_count(f), 2);
    assert_int_equal(gn_fleet_refresh(f, NULL), GARNER_OK);
    assert_int_equal(gn_fleet_count(f), 3);
    gn_fleet_close(other);
}

static void an_error_names_its_shard_once(void **state)
{
    struct garner_error err;

    (void)state;
    assert_int_equal(open_fleet(2, NULL), GARNER_OK);
    gn_fail(&err, GARNER_IO, "why");
    err.native = 5;
    assert_int_equal(gn_fleet_blame(f->folder, 1, GARNER_IO, &err), GARNER_IO);
    assert_memory_equal(err.message, "shard 1 (/", 10);
    assert_non_null(strstr(err.message, "/001.db): why"));
    assert_int_equal(err.native, 5);
    assert_int_equal(gn_fleet_blame(f->folder, 0, GARNER_IO, &err), GARNER_IO);
    assert_memory_equal(err.message, "shard 1 (/", 10);
    assert_int_equal(gn_fleet_blame(f->folder, 0, GARNER_IO, NULL), GARNER_IO);
}

/* As much may wait in all of them as in one by itself. */
static void the_queues_share_the_room(void **state)
{
    static const struct {
        size_t statements;
        size_t group;
        size_t each;
    } rooms[] = {
        {65536, 4096, 16384},
        {65536, 16384, 32768},
        {100, 4096, 100},
        {8, 1, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        options.queue_statements = rooms[i].statements;
        options.group_statements = rooms[i].group;
        assert_int_equal(open_fleet(4, NULL), GARNER_OK);
        for (unsigned n = 0; n < 4; n++) {
            struct gn_shard *s;

            assert_int_equal(gn_fleet_shard(f, n, &s, NULL), GARNER_OK);
            assert_int_equal(s->commit->most_statements, rooms[i].each);
        }
    }
}

static void lost_memory_is_an_error(void **state)
{
    struct garner_error err;
    enum garner_code code;

    (void)state;
    assert_int_equal(open_fleet(2, NULL), GARNER_OK);
    gn_fleet_close(f);
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_fleet_open(fixture.folder, 2, &options, &f, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        assert_null(f);
    }
}

#define FLEET(t) cmocka_unit_test_setup_teardown(t, with_options, without_fleet)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLEET(a_farm_is_opened_as_it_was_made),
        FLEET(what_is_no_farm_says_so),
        FLEET(one_bad_file_is_named),
        FLEET(another_farm_s_file_is_not_taken_for_ours),
        FLEET(shards_that_come_later_are_opened),
        FLEET(an_error_names_its_shard_once),
        FLEET(the_queues_share_the_room),
        FLEET(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
