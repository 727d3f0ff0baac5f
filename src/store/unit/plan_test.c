/* plan_test.c - the order of rows, planned for tables that exist on paper
 * alone, and what it takes. */
#include "store/fixture_test.h"

#include "store/unit/plan.h"

enum { MOST = 16 };

/* Tables a to d, each with the columns id and, to the others, a to d. */
static struct gn_unit_column id = {.name = "id", .key = 1};
static struct gn_unit_table tables[4];
static struct gn_unit_reference references[MOST];
static struct gn_unit_pair pairs[MOST];
static size_t reference_count;

static struct gn_unit_rows rows;
static struct gn_arena arena;
static struct gn_unit_plan plan;
static struct garner_error err;

static const char *const names[] = {"a", "b", "c", "d"};

static int plan_up(void **state)
{
    (void)state;
    reference_count = 0;
    for (size_t i = 0; i < 4; i++)
        tables[i] = (struct gn_unit_table){.name = names[i], .columns = &id};
    return 0;
}

static int plan_down(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    gn_arena_clear(&arena);
    gn_unit_rows_clear(&rows);
    return 0;
}

/* "ab": a refers to b. */
static void refers(const char *link, enum gn_deferral deferral,
                   enum gn_unit_fate fate)
{
    struct gn_unit_table *from = &tables[link[0] - 'a'];
    struct gn_unit_reference *r = &references[reference_count];

    assert_true(reference_count < MOST);
    pairs[reference_count] =
        (struct gn_unit_pair){.column = names[link[1] - 'a']};
    *r = (struct gn_unit_reference){
        .table = from->name,
        .target = names[link[1] - 'a'],
        .pairs = &pairs[reference_count++],
        .deferral = deferral,
        .fate = fate,
        .next = from->references,
    };
    from->references = r;
}

/* "+a1b2": an insert into a of id 1, b 2; "=a1" updates, "-a1" deletes. */
static void add(const char *row)
{
    struct garner_field fields[5] = {{"id", garner_integer(row[2] - '0')}};
    struct gn_unit_shape shape = {.count = 1};

    for (const char *p = row + 3; *p != '\0'; p += 2)
        fields[shape.count++] = (struct garner_field){
            names[p[0] - 'a'], garner_integer(p[1] - '0')};
    shape.table = names[row[1] - 'a'];
    shape.verb = *row == '+'   ? GN_UNIT_INSERT
                 : *row == '*' ? GN_UNIT_UPSERT
                 : *row == '=' ? GN_UNIT_UPDATE
                               : GN_UNIT_DELETE;
    shape.keys = *row == '+' ? 0 : 1;
    assert_int_equal(gn_unit_rows_add(&rows, &shape, fields, NULL), GARNER_OK);
    rows.latest->found = &tables[row[1] - 'a'];
}

static enum garner_code make(void)
{
    gn_arena_clear(&arena);
    return gn_unit_plan_make(&rows, &arena, &plan, &err);
}

/* Plans the rows of a text, "+a1 -b2", and tells their order likewise; a "!" at
 * the end if constraints must be deferred. */
static const char *planned(const char *text)
{
    static char order[200];
    char row[16];
    size_t n = 0;

    gn_unit_rows_clear(&rows);
    for (int used = 0; sscanf(text, "%15s%n", row, &used) == 1; text += used)
        add(row);
    order[0] = '\0';
    if (make() != GARNER_OK)
        return err.message;
    assert_int_equal(plan.count, rows.count);
    for (size_t i = 0; i < plan.count; i++) {
        const struct gn_unit_row *r = plan.rows[i];

        n += (size_t)snprintf(order + n, sizeof order - n, "%s%c%s%d",
                              i > 0 ? " " : "", "+*=-"[r->shape->verb],
                              r -> shape -> table, (int)r -> values[0].integer);
    }
    if (plan.defer)
        snprintf(order + n, sizeof order - n, " !");
    return order;
}

static void plans(const char *text, const char *expected)
{
    const char *order = planned(text);

    if (strcmp(order, expected) != 0)
        fail_msg("%s: %s, not %s", text, order, expected);
}

static void by_tables_where_they_have_an_order(void **state)
{
    (void)state;
    refers("ab", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("bc", GN_DEFERRED, GN_UNIT_GO);
    refers("ad", GN_DEFERRABLE, GN_UNIT_HOLD);
    plans("", "");
    plans("+a1b1 +b1c1 +c1 *b2 +a2 *d5", "+c1 +b1 *b2 *d5 +a1 +a2");
    plans("=a1b1 =b1c1 =c1d1 =a2b1", "=c1 =b1 =a1 =a2");
    plans("-c1 -d1 -b1 -a2 -a1 -c2", "-a2 -a1 -b1 -d1 -c1 -c2");
    plans("-c1 =b1c1 +a1 -a1 =c1d2 +c1", "+a1 +c1 =c1 =b1 -a1 -c1");
}

static void by_rows_where_tables_refer_to_themselves(void **state)
{
    (void)state;
    refers("aa", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("ba", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    plans("+b1a1 +a1a3 +a2 +a3a4 +b2 +a4", "+a4 +a3 +a1 +a2 +b1 +b2");
    plans("*a1a2 *a2a3 *a3", "*a3 *a2 *a1");
    plans("=a1a2 =a2a3 =a3a1", "=a1 =a2 =a3");
    plans("-a1 -a2 -b1 -a3", "-b1 -a1 -a2 -a3");
    plans("+a1a1 +a2a1", "+a1 +a2");
    plans("+a1a2 +a2a1",
          "row 1 can only be written after itself: a.a -> a; insert NULL and "
          "update it later, or make a constraint of these DEFERRABLE");
    assert_int_equal(err.code, GARNER_INVALID);
}

static void by_rows_where_tables_go_in_circles(void **state)
{
    (void)state;
    refers("ab", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("ba", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("ca", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("bd", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    plans("+c1a1 +a1b1 +b1a2 +a2 +d1", "+d1 +a2 +b1 +a1 +c1");
    plans("-d1 -a1 -b1 -a2 -c1", "-c1 -a1 -b1 -a2 -d1");
    plans("+c5 +a1b1 +b1a2 +a2b2 +b2a1",
          "row 2 can only be written after itself: a.b -> b.a -> a; insert "
          "NULL and update it later, or make a constraint of these "
          "DEFERRABLE");
}

static void what_is_deferred_does_not_bind(void **state)
{
    (void)state;
    refers("ab", GN_DEFERRED, GN_UNIT_STAY);
    refers("ba", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    plans("+a1b1 +b1", "+b1 +a1"); /* but is followed */
    plans("+b1a1 +a1b1", "+a1 +b1");
    plans("-a1 -b1", "-b1 -a1");
    plans("-b1 -a1", "-b1 -a1");
}

static void what_can_be_deferred_is_so_only_where_it_must(void **state)
{
    (void)state;
    refers("ab", GN_DEFERRABLE, GN_UNIT_STAY);
    refers("ba", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    plans("+a1b1 +b1", "+b1 +a1");
    plans("+b1a1 +a1b1", "+a1 +b1 !");
    plans("-a1 -b1", "-b1 -a1 !"); /* what refers to what is not known */
    plans("=a1b1 =b1a1", "=a1 =b1");
    plans("-a1", "-a1");
    refers("cc", GN_DEFERRABLE, GN_UNIT_STAY);
    refers("cd", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("dc", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    plans("-c1 -d1", "-c1 -d1"); /* at once: it need not be deferred */
}

static void actions_untie_what_is_deleted(void **state)
{
    (void)state;
    refers("ab", GN_NOT_DEFERRABLE, GN_UNIT_GO);
    refers("ba", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("cd", GN_DEFERRED, GN_UNIT_HOLD); /* at once all the same */
    refers("dc", GN_DEFERRABLE, GN_UNIT_GO);
    plans("-a1 -b1", "-b1 -a1");
    plans("-d1 -c1", "-c1 -d1");
    plans("-c1 -d1", "-c1 -d1");
}

static void what_holds_itself_is_told(void **state)
{
    static const struct {
        enum gn_deferral deferral;
        enum gn_unit_fate fate;
        bool holds;
    } cases[] = {
        {GN_NOT_DEFERRABLE, GN_UNIT_STAY, true},
        {GN_DEFERRABLE, GN_UNIT_STAY, true},
        {GN_DEFERRED, GN_UNIT_STAY, false},
        {GN_NOT_DEFERRABLE, GN_UNIT_HOLD, false},
        {GN_NOT_DEFERRABLE, GN_UNIT_GO, false},
    };

    (void)state;
    refers("ab", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    assert_false(gn_unit_plan_holds_itself(&tables[0]));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tables[1].references = NULL;
        refers("bb", cases[i].deferral, cases[i].fate);
        assert_int_equal(gn_unit_plan_holds_itself(&tables[1]), cases[i].holds);
    }
}

/* Plans while the nth allocation fails, in an arena that has used so many
 * bytes: so any of its pieces may be the one that needs more. */
static enum garner_code make_failing(unsigned nth, size_t used)
{
    enum garner_code code;

    gn_arena_clear(&arena);
    assert_non_null(gn_arena_alloc(&arena, used));
    gn_mem_fail_at(nth);
    code = gn_unit_plan_make(&rows, &arena, &plan, &err);
    gn_mem_fail_at(0);
    return code;
}

/* Rows 0 to count - 1 of a, each of which refers to the next. */
static void add_chain(int count)
{
    for (int i = 0; i < count; i++) {
        const struct garner_field fields[] = {{"id", garner_integer(i)},
                                              {"a", garner_integer(i + 1)}};
        const struct gn_unit_shape shape = {.table = "a", .count = 2};

        assert_int_equal(gn_unit_rows_add(&rows, &shape, fields, NULL),
                         GARNER_OK);
        rows.latest->found = &tables[0];
    }
}

static void lost_memory_is_an_error(void **state)
{
    enum { MANY = 3000, STEP = 50000, STEPS = 20 };
    enum garner_code code;
    unsigned nth = 1;

    (void)state;
    refers("ab", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    refers("aa", GN_NOT_DEFERRABLE, GN_UNIT_STAY);
    add_chain(MANY);
    add("+b1");
    for (size_t step = 1; step <= STEPS; step++) {
        code = GARNER_NOMEM;
        for (nth = 1; code == GARNER_NOMEM; nth++)
            code = make_failing(nth, step * STEP);
        assert_int_equal(code, GARNER_OK);
        assert_true(nth > 2);
        assert_string_equal(plan.rows[0]->shape->table, "b");
        for (int i = 0; i < MANY; i++)
            assert_int_equal(plan.rows[1 + i]->values[0].integer, MANY - 1 - i);
    }
    gn_unit_rows_clear(&rows);
    add("+a1a2");
    add("+a2a3");
    add("+a3a1");
    code = GARNER_NOMEM; /* and while the circle is named */
    for (nth = 1; code == GARNER_NOMEM; nth++)
        code = make_failing(nth, 1);
    assert_int_equal(code, GARNER_INVALID);
    assert_true(nth > 2);
}

#define PLAN_TEST(f) cmocka_unit_test_setup_teardown(f, plan_up, plan_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(by_tables_where_they_have_an_order),
        PLAN_TEST(by_rows_where_tables_refer_to_themselves),
        PLAN_TEST(by_rows_where_tables_go_in_circles),
        PLAN_TEST(what_is_deferred_does_not_bind),
        PLAN_TEST(what_can_be_deferred_is_so_only_where_it_must),
        PLAN_TEST(actions_untie_what_is_deleted),
        PLAN_TEST(what_holds_itself_is_told),
        PLAN_TEST(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
