/* make_test.c - the files of a farm, made at once by many, and by one
 * after another that died. */
#include "store/process_test.h"

#include "garner/garner.h"
#include "store/driver/sql.h"
#include "store/farm/layout.h"
#include "store/farm/make.h"

static struct garner_options options;
static struct garner_error err;

static int with_options(void **state)
{
    garner_options_init(&options);
    return fixture_up(state);
}

static struct gn_sqlite *open_number(unsigned number)
{
    char path[GN_FARM_PATH];
    struct gn_sqlite_options how = writer_options();
    struct gn_sqlite *c;

    assert_int_equal(gn_farm_path(fixture.folder, number, path, NULL),
                     GARNER_OK);
    how.path = path;
    how.create = false;
    if (gn_sqlite_open(&how, &c, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    return c;
}

static int64_t number_in(unsigned shard, const char *sql)
{
    struct gn_sqlite *c = open_number(shard);
    int64_t n;

    assert_int_equal(gn_sql_integer(c, sql, NULL, 0, &n, NULL), GARNER_OK);
    gn_sqlite_close(c);
    return n;
}

static void make(unsigned shards)
{
    if (gn_farm_make(fixture.folder, shards, &options, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

/* Every slot is in one shard. */
static void is_whole(unsigned shards)
{
    int64_t slots = 0;
    int64_t sum = 0;

    for (unsigned n = 0; n < shards; n++) {
        slots += number_in(n, "select count(*) from garner_slot where state "
                              "= 1");
        sum += number_in(n, "select sum(slot) from garner_slot");
        assert_int_equal(number_in(n, "select number from garner_shard"), n);
    }
    assert_int_equal(slots, 4096);
    assert_int_equal(sum, 4096 * 4095 / 2);
    assert_int_equal(number_in(0, "select files from garner_farm"), shards);
}

static void a_farm_is_made_once(void **state)
{
    (void)state;
    make(3);
    is_whole(3);
    make(5); /* it is there: how many it has is another's business */
    is_whole(3);
}

static void what_was_begun_is_finished(void **state)
{
    struct gn_sqlite *c;
    char path[GN_FARM_PATH];

    (void)state;
    make(3);
    c = open_number(0);
    run(c, "update garner_farm set files = 0");
    gn_sqlite_close(c);
    assert_int_equal(gn_farm_path(fixture.folder, 2, path, NULL), GARNER_OK);
    assert_int_equal(unlink(path), 0);
    make(9); /* the layout says 3 */
    is_whole(3);
}

static void one_more_gets_the_tables_of_another(void **state)
{
    struct gn_sqlite *like;
    char id[GN_FARM_ID] = "0123456789abcdef0123456789abcdef";

    (void)state;
    make(2);
    like = open_number(1);
    run(like, "create table t(a, b unique)");
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            gn_farm_make_shard(fixture.folder, id, 2, like, &options, &err),
            GARNER_OK);
    gn_sqlite_close(like);
    assert_int_equal(number_in(2, "select count(*) from t"), 0);
    assert_int_equal(number_in(2, "select count(*) from garner_slot"), 0);
    assert_int_equal(number_in(2, "select number from garner_shard"), 2);
}

static void what_is_in_the_way_stays(void **state)
{
    char path[GN_FARM_PATH];
    sqlite3 *foreign;
    FILE *file;

    (void)state;
    assert_int_equal(gn_farm_path(fixture.folder, 0, path, NULL), GARNER_OK);
    assert_int_equal(sqlite3_open(path, &foreign), SQLITE_OK);
    foreign_run(foreign, "create table own(a)");
    assert_int_equal(gn_farm_make(fixture.folder, 2, &options, &err),
                     GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "000.db"));
    assert_int_equal(
        foreign_number(foreign, "select count(*) from sqlite_schema"), 1);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    file = fopen(fixture.db, "w");
    (void)fclose(file);
    assert_int_equal(gn_farm_make(fixture.db, 2, &options, &err),
                     GARNER_UNSUPPORTED);
    assert_non_null(strstr(err.message, "is a file"));
    snprintf(path, sizeof path, "%s/none/farm", fixture.folder);
    assert_int_equal(gn_farm_make(path, 2, &options, &err), GARNER_NOTFOUND);
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(gn_farm_make(path, 2, &options, &err), GARNER_IO);
}

static int make_in(const char *folder, unsigned shards)
{
    char byte;

    garner_options_init(&options);
    puts("ready");
    (void)fflush(stdout);
    (void)!read(0, &byte, 1); /* all at once */
    if (gn_farm_make(folder, shards, &options, &err) == GARNER_OK)
        return 0;
    fprintf(stderr, "%s\n", err.message);
    return 1;
}

static void many_make_one_farm(void **state)
{
    enum { MAKERS = 6 };
    struct process makers[MAKERS];
    char line[16];

    (void)state;
    for (int i = 0; i < MAKERS; i++) {
        makers[i] = process_start((const char *[]){
            "test", fixture.folder, i % 2 == 0 ? "2" : "3", NULL});
        assert_non_null(fgets(line, sizeof line, makers[i].out));
    }
    for (int i = 0; i < MAKERS; i++)
        process_close_input(&makers[i]);
    for (int i = 0; i < MAKERS; i++)
        assert_false(process_was_killed(&makers[i]));
    is_whole((unsigned)number_in(0, "select shards from garner_farm"));
}

static void lost_memory_leaves_what_can_be_finished(void **state)
{
    enum garner_code code;

    (void)state;
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_farm_make(fixture.folder, 2, &options, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    make(2);
    is_whole(2);
}

#define MAKE(f) cmocka_unit_test_setup_teardown(f, with_options, fixture_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        MAKE(a_farm_is_made_once),
        MAKE(what_was_begun_is_finished),
        MAKE(one_more_gets_the_tables_of_another),
        MAKE(what_is_in_the_way_stays),
        MAKE(many_make_one_farm),
        MAKE(lost_memory_leaves_what_can_be_finished),
    };

    if (argc == 3)
        return make_in(argv[1], (unsigned)atoi(argv[2]));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
