/* place_test.c - a file that is elsewhere is seen, whatever stands in its
 * place. */
#include "store/fixture_test.h"

#include "store/driver/place.h"

static void make(const char *suffix)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s%s", fixture.db, suffix);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static void move(const char *from, const char *to)
{
    char old[128];
    char new[128];

    snprintf(old, sizeof old, "%s%s", fixture.db, from);
    snprintf(new, sizeof new, "%s%s", fixture.db, to);
    assert_int_equal(rename(old, new), 0);
}

static void each_file_is_looked_for(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct gn_place p;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        make(suffixes[i]);
    gn_place_note(&p, fixture.db);
    assert_null(gn_place_lost(&p));
    for (size_t i = 0; i < 3; i++) {
        move(suffixes[i], ".elsewhere");
        assert_string_equal(gn_place_lost(&p), suffixes[i]);
        make(suffixes[i]); /* another file of that name */
        assert_string_equal(gn_place_lost(&p), suffixes[i]);
        move(".elsewhere", suffixes[i]);
        assert_null(gn_place_lost(&p));
    }
}

static void what_was_not_there_is_not_missed(void **state)
{
    struct gn_place p;

    (void)state;
    gn_place_note(&p, "");
    assert_null(gn_place_lost(&p));
    make("");
    gn_place_note(&p, fixture.db);
    make("-wal");
    assert_null(gn_place_lost(&p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_file_is_looked_for),
        TEST(what_was_not_there_is_not_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
