/* location_test.c - URLs, and what is wrong with them. */
#include "store/fixture_test.h"

#include "store/location.h"

static void a_url_is_a_path_and_options(void **state)
{
    static const struct {
        const char *url;
        const char *path;
        unsigned shards;
    } good[] = {
        {"data.db", "data.db", 0},
        {"sqlite:data.db", "data.db", 0},
        {"sqlite:///var/data.db", "/var/data.db", 0},
        {":memory:", ":memory:", 0},
        {"sqlite::memory:", ":memory:", 0},
        {"data?shards=4", "data", 4},
        {"sqlite:data?shards=1", "data", 1},
        {"sqlite:///var/data/?shards=256", "/var/data/", 256},
        {"data?shards=2&shards=3", "data", 3},
        {"data?shards=2&", "data", 2},
        /* no options, so the name of a file */
        {"what?", "what?", 0},
        {"what?.db", "what?.db", 0},
        {"what?shards", "what?shards", 0},
        {"what?Shards=2", "what?Shards=2", 0},
        {"what?shards=2?", "what?shards=2?", 0},
        {"what?.d?shards=2", "what?.d", 2},
        {"C:/x", "C:/x", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct gn_location l;

        assert_int_equal(gn_location_parse(good[i].url, &l, NULL), GARNER_OK);
        assert_int_equal(l.path_size, strlen(good[i].path));
        assert_memory_equal(l.path, good[i].path, l.path_size);
        assert_int_equal(l.shards, good[i].shards);
    }
}

static void a_file_that_is_there_is_known_by_its_path(void **state)
{
    struct gn_location l;
    char path[128];
    char url[160];
    FILE *file;

    (void)state;
    snprintf(path, sizeof path, "%s/a?b=c", fixture.folder);
    assert_int_equal(gn_location_parse(path, &l, NULL), GARNER_UNSUPPORTED);
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fclose(file);
    assert_int_equal(gn_location_parse(path, &l, NULL), GARNER_OK);
    assert_int_equal(l.path_size, strlen(path));
    snprintf(url, sizeof url, "sqlite:%s", path);
    assert_int_equal(gn_location_parse(url, &l, NULL), GARNER_UNSUPPORTED);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *url;
        const char *words;
    } bad[] = {
        {"", "empty"},
        {"sqlite:", "empty"},
        {"?shards=2", "empty"},
        {"sqlite:?shards=2", "empty"},
        {"postgres://me:secret@host/db", "postgres: databases of this kind"},
        {"sqlite://relative.db", "sqlite:///ABSOLUTE"},
        {"data?shard=2", "no option 'shard=2'"},
        {"data?shard=2", "there is shards=N"},
        {"data?shards=2&mode=ro", "no option 'mode=ro'"},
        {"data?shards=2&x", "no option 'x'"},
        {"data?shards=", "1 to 256"},
        {"data?shards=0", "1 to 256"},
        {"data?shards=257", "shards=257: a farm has 1 to 256"},
        {"data?shards=4294967298", "1 to 256"},
        {"data?shards=-1", "1 to 256"},
        {"data?shards=2x", "1 to 256"},
        {":memory:?shards=2", "a folder"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct garner_error err;
        struct gn_location l;

        assert_int_equal(gn_location_parse(bad[i].url, &l, &err),
                         GARNER_UNSUPPORTED);
        if (strstr(err.message, bad[i].words) == NULL)
            fail_msg("%s: '%s' is not in: %s", bad[i].url, bad[i].words,
                     err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_a_path_and_options),
        TEST(a_file_that_is_there_is_known_by_its_path),
        cmocka_unit_test(what_is_wrong_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
