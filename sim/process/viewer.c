#include "sim/process/viewer.h"

#include <stdio.h>
#include <string.h>

#include "sim/model/derive.h"

static bool member_of(const struct hanse_jurisdiction *jurisdiction, int32_t bloc)
{
    for (int32_t i = 0; i < jurisdiction->blocs.count; i++) {
        if (jurisdiction->blocs.items[i] == bloc) {
            return true;
        }
    }
    return false;
}

static bool sees(const struct hanse_jurisdiction *jurisdictions,
                 const struct hanse_viewer *viewer, int32_t home)
{
    return viewer->bloc >= 0 ? member_of(&jurisdictions[home], viewer->bloc)
                             : viewer->jurisdiction < 0 || viewer->jurisdiction == home;
}

bool hanse__viewer_sees(const struct hanse_world *world, const struct hanse_viewer *viewer,
                        int32_t region)
{
    return sees(world->tables.jurisdictions, viewer,
                world->tables.regions[region].jurisdiction);
}

/* The viewer's row if it sees some region. A name that is taken says of which kind it is. */
static enum hanse_status add_viewer(struct hanse_deriving *deriving,
                                    const struct hanse_viewer *viewer, const char *kind,
                                    bool taken)
{
    const struct hanse_scenario *scenario = hanse__derive_scenario(deriving);
    int32_t n_regions, n;
    const struct hanse_region *regions =
        hanse_scenario_table(scenario, &hanse_kind_region, &n_regions);
    const struct hanse_jurisdiction *jurisdictions =
        hanse_scenario_table(scenario, &hanse_kind_jurisdiction, &n);
    bool any = false;
    for (int32_t r = 0; r < n_regions; r++) {
        any = any || sees(jurisdictions, viewer, regions[r].jurisdiction);
    }
    if (!any) {
        return HANSE_OK;
    }
    char name[256];
    snprintf(name, sizeof name, "%s%s%s", taken ? kind : "", taken ? "." : "", viewer->name);
    void *row;
    HANSE_TRY(hanse__derive_row(deriving, name, viewer->label, &row));
    ((struct hanse_viewer *)row)->jurisdiction = viewer->jurisdiction;
    ((struct hanse_viewer *)row)->bloc = viewer->bloc;
    return HANSE_OK;
}

static enum hanse_status derive_viewers(struct hanse_deriving *deriving)
{
    const struct hanse_scenario *scenario = hanse__derive_scenario(deriving);
    int32_t n_jurisdictions, n_blocs;
    const struct hanse_jurisdiction *jurisdictions =
        hanse_scenario_table(scenario, &hanse_kind_jurisdiction, &n_jurisdictions);
    const struct hanse_bloc *blocs = hanse_scenario_table(scenario, &hanse_kind_bloc, &n_blocs);
    const struct hanse_viewer all = {"all", "everybody", -1, -1};
    HANSE_TRY(add_viewer(deriving, &all, "", false));
    for (int32_t j = 0; j < n_jurisdictions; j++) {
        const struct hanse_viewer one = {jurisdictions[j].name, jurisdictions[j].label, j, -1};
        HANSE_TRY(add_viewer(deriving, &one, "jurisdiction", strcmp(one.name, all.name) == 0));
    }
    for (int32_t b = 0; b < n_blocs; b++) {
        const struct hanse_viewer bloc = {blocs[b].name, blocs[b].label, -1, b};
        bool taken = strcmp(bloc.name, all.name) == 0 ||
                     hanse_scenario_find(scenario, &hanse_kind_jurisdiction, bloc.name) >= 0;
        HANSE_TRY(add_viewer(deriving, &bloc, "bloc", taken));
    }
    return HANSE_OK;
}

static const double SIZES[] = {0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25,
                               0.3, 0.4,  0.5,  0.6,  0.7, 0.8,  0.9, 1.0};

static enum hanse_status derive_shortfalls(struct hanse_deriving *deriving)
{
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        char name[16], label[16] = "any";
        void *row;
        snprintf(name, sizeof name, "%.2f", SIZES[i]);
        if (SIZES[i] > 0.0) {
            snprintf(label, sizeof label, "%.0f %%", 100.0 * SIZES[i]);
        }
        HANSE_TRY(hanse__derive_row(deriving, name, label, &row));
        ((struct hanse_shortfall *)row)->size = SIZES[i];
    }
    return HANSE_OK;
}

const struct hanse_kind hanse_kind_viewer = {
    .name = "viewer",
    .doc = "for whose demand: everybody's (`all`), each jurisdiction's whose people ask, each "
           "bloc's with such a member",
    .size = sizeof(struct hanse_viewer),
    .derive = derive_viewers,
};

const struct hanse_kind hanse_kind_shortfall = {
    .name = "shortfall",
    .doc = "sizes of a shortfall as shares of the hour's demand, 0.00 (any) to 1.00",
    .size = sizeof(struct hanse_shortfall),
    .derive = derive_shortfalls,
};

const struct hanse_viewer *hanse__viewers(const struct hanse_world *world, int32_t *n)
{
    return hanse_scenario_table(world->scenario, &hanse_kind_viewer, n);
}
