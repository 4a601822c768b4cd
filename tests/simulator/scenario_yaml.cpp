#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "tests/simulator/kinds.hpp"
#include "tests/simulator/names.hpp"
#include "tests/simulator/scenario.hpp"
#include "tests/simulator/scenario_access.hpp"
#include "tests/simulator/scenario_yaml_values.hpp"

namespace trainwatch::simulator {
namespace {

constexpr int repeat_max = 100'000;

struct job_fields {
    job_spec spec{};
    int repeat = 1;
    milliseconds every{};
};

void read_durations(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.each_entry(node, path, [&](const std::string& key, const YAML::Node& value) {
        const auto known = known_phases();
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            const std::vector<std::string_view> names(known.begin(), known.end());
            return values.error(
                value, path, "\"" + key + "\" is not a phase" + did_you_mean(key, names)
            );
        }
        values.read(value, path + "." + key, job.spec.durations[key]);
    });
}

void read_limits(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    auto& request = job.spec.request;
    values.each_entry(node, path, [&](const std::string& key, const YAML::Node& value) {
        const auto where = path + "." + key;
        if (key == "max_runtime") {
            values.read(value, where, request.max_runtime.emplace());
        } else if (key == "max_wait") {
            values.read(value, where, request.max_wait.emplace());
        } else if (key == "max_pending") {
            values.read(value, where, request.max_pending.emplace());
        } else {
            values.error(
                value,
                path,
                "\"" + key + "\" is not a limit" +
                    did_you_mean(key, {"max_runtime", "max_wait", "max_pending"})
            );
        }
    });
}

void read_groups(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    auto& groups = job.spec.request.groups;
    groups.clear();
    values.each_item(node, path, [&](const std::string& where, const YAML::Node& item) {
        auto& group = groups.emplace_back();
        values.each_entry(item, where, [&](const std::string& key, const YAML::Node& value) {
            if (key == "name") return values.read(value, where + ".name", group.name);
            if (key == "type") return values.read(value, where + ".type", group.type);
            if (key == "count") return values.read(value, where + ".count", group.count);
            values.error(value, where, "\"" + key + "\" is not known; name, type, count are");
        });
        if (group.name.empty() || group.type.empty()) {
            values.error(item, where, "a group has a name and a type");
        }
    });
}

void read_messages(
    yaml_values& values, const YAML::Node& node, const std::string& path, phase_spec& phase
) {
    values.each_item(node, path, [&](const std::string& where, const YAML::Node& item) {
        auto& change = phase.messages.emplace_back();
        values.each_entry(item, where, [&](const std::string& key, const YAML::Node& value) {
            if (key == "after") return values.read(value, where + ".after", change.after);
            if (key == "text") return values.read(value, where + ".text", change.text);
            values.error(value, where, "\"" + key + "\" is not known; after and text are");
        });
    });
}

void read_phases(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    job.spec.phases.clear();
    values.each_item(node, path, [&](const std::string& where, const YAML::Node& item) {
        auto& phase = job.spec.phases.emplace_back();
        values.each_entry(item, where, [&](const std::string& key, const YAML::Node& value) {
            const auto at = where + "." + key;
            if (key == "status") return values.read(value, at, phase.status);
            if (key == "primary") return values.read(value, at, phase.primary);
            if (key == "for") return values.read(value, at, phase.lasts.emplace());
            if (key == "message") return values.read(value, at, phase.message);
            if (key == "messages") return read_messages(values, value, at, phase);
            const auto near =
                did_you_mean(key, {"status", "primary", "for", "message", "messages"});
            values.error(value, where, "\"" + key + "\" is not known" + near);
        });
        if (phase.status.empty()) values.error(item, where, "a phase has a status");
        for (const auto& change : phase.messages) {
            if (phase.lasts && change.after >= *phase.lasts) {
                values.error(item, where, "a message changes after its phase has ended");
            }
        }
    });
}

void read_kind(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.read(node, path, job.spec.kind);
    std::vector<std::string_view> names;
    for (const auto& kind : kinds())
        names.push_back(kind.name);
    if (std::find(names.begin(), names.end(), job.spec.kind) == names.end()) {
        values.error(
            node,
            path,
            "\"" + job.spec.kind + "\" is not a kind of job" + did_you_mean(job.spec.kind, names)
        );
    }
}

void read_metrics(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.each_entry(node, path, [&](const std::string& key, const YAML::Node& value) {
        values.read(value, path + "." + key, job.spec.request.final_metrics[key]);
    });
}

using field_reader =
    void (*)(yaml_values&, const YAML::Node&, const std::string& path, job_fields&);

// A field that is one plain member.
template <auto Member>
void of_spec(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.read(node, path, job.spec.*Member);
}
template <auto Member>
void of_request(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.read(node, path, job.spec.request.*Member);
}
template <auto Member>
void of_fields(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.read(node, path, job.*Member);
}

const std::
    array
        field_table =
            std::
                to_array<std::pair<std::string_view, field_reader>>(
                    {
                        {"name", of_spec<&job_spec::name>},
                        {"region", of_spec<&job_spec::region>},
                        {"account", of_spec<&job_spec::account>},
                        {"kind", read_kind},
                        {"created",
                         [](auto& values, const auto& node, const auto& path, auto& job) {
                             values.read(node, path, job.spec.created, true);
                         }},
                        {"repeat", of_fields<&job_fields::repeat>},
                        {"every", of_fields<&job_fields::every>},
                        {"durations", read_durations},
                        {"stays_in", of_spec<&job_spec::stays_in>},
                        {"failure_reason", of_spec<&job_spec::failure_reason>},
                        {"cycles", of_spec<&job_spec::cycles>},
                        {"late", of_spec<&job_spec::late>},
                        {"deleted_after",
                         [](auto& values, const auto& node, const auto& path, auto& job) {
                             values.read(node, path, job.spec.deleted_after.emplace());
                         }},
                        {"gap", of_spec<&job_spec::gap>},
                        {"visibility_lag", of_spec<&job_spec::visibility_lag>},
                        {"billable_share",
                         [](auto& values, const auto& node, const auto& path, auto& job) {
                             values.read(node, path, job.spec.billable_share.emplace());
                         }},
                        {"phases", read_phases},
                        {"instance_type", of_request<&job_request::instance_type>},
                        {"instance_count", of_request<&job_request::instance_count>},
                        {"instance_groups", read_groups},
                        {"volume_gb", of_request<&job_request::volume_gb>},
                        {"limits", read_limits},
                        {"keep_alive",
                         [](auto& values, const auto& node, const auto& path, auto& job) {
                             values.read(node, path, job.spec.request.keep_alive.emplace());
                         }},
                        {"spot", of_request<&job_request::spot>},
                        {"training_plan", of_request<&job_request::training_plan>},
                        {"tuning_job", of_request<&job_request::tuning_job>},
                        {"rules", of_request<&job_request::rules>},
                        {"image", of_request<&job_request::image>},
                        {"hyperparameters", of_request<&job_request::hyperparameters>},
                        {"environment", of_request<&job_request::environment>},
                        {"tags", of_request<&job_request::tags>},
                        {"final_metrics", read_metrics},
                        {"extra_members",
                         [](auto& values, const auto& node, const auto& path, auto& job) {
                             if (!node.IsMap())
                                 return values.error(node, path, "a mapping is wanted here");
                             job.spec.request.extra_members = values.json(node);
                         }},
                    }
                );

void read_fields(
    yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job
) {
    values.each_entry(node, path, [&](const std::string& key, const YAML::Node& value) {
        for (const auto& [name, read] : field_table) {
            if (key == name) return read(values, value, path + "." + key, job);
        }
        std::vector<std::string_view> names;
        for (const auto& field : field_table)
            names.push_back(field.first);
        values.error(
            value, path, "\"" + key + "\" is not a key of a job" + did_you_mean(key, names)
        );
    });
}

// "{n}" in a name becomes the number of the repetition, as wide as the last one.
std::string numbered(std::string name, int number, int of) {
    const auto place = name.find("{n}");
    if (place == std::string::npos) return name;
    auto digits = std::to_string(number);
    const auto width = std::to_string(of).size();
    digits.insert(0, width - std::min(width, digits.size()), '0');
    return name.replace(place, 3, digits);
}

void check(yaml_values& values, const YAML::Node& node, const std::string& path, job_fields& job) {
    const auto& spec = job.spec;
    if (spec.kind.empty()) values.error(node, path, "a job has a kind");
    if (spec.name.empty()) {
        values.error(node, path, "a job has a name");
    } else if (!is_resource_name(numbered(spec.name, job.repeat, job.repeat))) {
        values.error(node, path, "\"" + spec.name + "\" is not a name that SageMaker takes");
    }
    if (job.repeat < 1 || job.repeat > repeat_max) {
        values.error(node, path, "repeat is from 1 to " + std::to_string(repeat_max));
    }
    if (job.repeat > 1 && spec.name.find("{n}") == std::string::npos) {
        values.error(node, path, "the name of a repeated job has {n} for its number");
    }
    if (spec.kind == "custom" && spec.phases.empty()) {
        values.error(node, path, "a custom job has phases");
    }
    if (spec.kind != "custom" && !spec.phases.empty()) {
        values.error(node, path, "phases belong to the kind \"custom\"");
    }
    const auto reason = std::string_view(spec.failure_reason);
    if (reason.size() > 4096) values.error(node, path, "failure_reason is too long");
    if (spec.request.tags.size() > 50) values.error(node, path, "a job has at most 50 tags");
    if (spec.request.hyperparameters.size() > 100) {
        values.error(node, path, "a job has at most 100 hyperparameters");
    }
}

void add_job(
    yaml_values& values,
    const YAML::Node& node,
    const std::string& path,
    job_fields job,
    scenario& into
) {
    read_fields(values, node, path, job);
    check(values, node, path, job);
    if (values.failed()) return;
    for (int number = 1; number <= job.repeat; ++number) {
        auto spec = job.spec;
        spec.name = numbered(job.spec.name, number, job.repeat);
        spec.created += job.every * (number - 1);
        auto plans = plans_of(spec);
        into.plans.insert(
            into.plans.end(),
            std::make_move_iterator(plans.begin()),
            std::make_move_iterator(plans.end())
        );
    }
}

void read_document(yaml_values& values, const YAML::Node& root, job_fields usual, scenario& into) {
    YAML::Node jobs;
    bool found = false;
    values.each_entry(root, "scenario", [&](const std::string& key, const YAML::Node& value) {
        if (key == "region") return values.read(value, key, usual.spec.region);
        if (key == "defaults") return read_fields(values, value, key, usual);
        if (key == "access") return read_access(values, value, key, into.access);
        if (key == "jobs") {
            jobs.reset(value);
            found = true;
            return;
        }
        const auto near = did_you_mean(key, {"region", "defaults", "jobs", "access"});
        values.error(value, "scenario", "\"" + key + "\" is not known" + near);
    });
    if (!found) return values.error(root, "scenario", "there is no list of jobs");
    values.each_item(jobs, "jobs", [&](const std::string& path, const YAML::Node& item) {
        add_job(values, item, path, usual, into);
    });
    if (values.failed()) return;
    if (const auto* twice = find_collision(into.plans)) {
        values.error(
            jobs,
            "jobs",
            "two jobs are named " + twice->name + " at the same time in " + twice->region
        );
    }
}

template <class Read>
scenario parse(std::string_view text, std::string_view file, Read read) {
    scenario into;
    yaml_values values(file);
    try {
        read(values, YAML::Load(std::string(text)), into);
    } catch (const YAML::Exception& error) {
        values.error(error.mark.line, error.mark.column, "scenario", error.msg);
    }
    into.errors = values.take_errors();
    if (!into.errors.empty()) into.plans.clear();
    return into;
}

}  // namespace

scenario read_scenario(std::string_view text, std::string_view file, std::string_view region) {
    return parse(text, file, [&](yaml_values& values, const YAML::Node& root, scenario& into) {
        job_fields usual;
        usual.spec.region = region;
        read_document(values, root, usual, into);
    });
}

scenario read_job(std::string_view text, std::string_view region, milliseconds now) {
    return parse(text, "job", [&](yaml_values& values, const YAML::Node& root, scenario& into) {
        job_fields usual;
        usual.spec.region = region;
        add_job(values, root, "job", usual, into);
        for (auto& plan : into.plans) {
            plan.created += now;
            if (plan.gone_at) *plan.gone_at += now;
        }
    });
}

const job_plan* find_collision(const std::vector<job_plan>& plans) {
    std::vector<const job_plan*> sorted;
    for (const auto& plan : plans)
        sorted.push_back(&plan);
    std::stable_sort(sorted.begin(), sorted.end(), [](const job_plan* a, const job_plan* b) {
        return std::tie(a->account, a->region, a->name, a->created) <
            std::tie(b->account, b->region, b->name, b->created);
    });
    for (std::size_t at = 1; at < sorted.size(); ++at) {
        const auto& before = *sorted[at - 1];
        const auto& after = *sorted[at];
        if (before.account != after.account) continue;
        if (before.region != after.region || before.name != after.name) continue;
        if (!before.gone_at || *before.gone_at > after.created) return &after;
    }
    return nullptr;
}

}  // namespace trainwatch::simulator
