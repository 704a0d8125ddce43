"""The templates that every firm has from the first day."""

from __future__ import annotations

from services.delivery.templates.model.template import (
    After,
    ProjectTemplate,
    TemplateMilestone,
    TemplateTask,
)

TIME_AND_MATERIALS = ProjectTemplate(
    code="time-and-materials",
    name="T&M engagement",
    purpose="Work by the hour towards a goal that is still moving.",
    tasks=(
        TemplateTask("kick-off", "Prepare", "Kick-off and access", share=5),
        TemplateTask("analysis", "Prepare", "Analysis", share=15, after=(After("kick-off"),)),
        TemplateTask("work", "Deliver", "Implementation", share=60, after=(After("analysis"),)),
        TemplateTask("review", "Deliver", "Review with the client", share=10, after=(After("work"),)),
        TemplateTask("handover", "Close", "Handover", share=10, after=(After("review", lag_days=1),)),
    ),
    milestones=(TemplateMilestone("Work begins", after="kick-off"),),
)

FIXED_PRICE = ProjectTemplate(
    code="fixed-price-milestones",
    name="Fixed-price milestone delivery",
    purpose="An agreed result for an agreed price, paid as milestones are accepted.",
    tasks=(
        TemplateTask("kick-off", "Define", "Kick-off", share=3),
        TemplateTask("specification", "Define", "Specification", share=17, after=(After("kick-off"),)),
        TemplateTask("design", "Build", "Design", share=15, after=(After("specification", lag_days=2),)),
        TemplateTask("build", "Build", "Construction", share=40, after=(After("design"),)),
        TemplateTask("test", "Prove", "Test", share=15, after=(After("build"),)),
        TemplateTask("acceptance", "Prove", "Acceptance by the client", share=5, after=(After("test", lag_days=2),)),
        TemplateTask("go-live", "Prove", "Go-live", share=5, after=(After("acceptance"),)),
    ),
    milestones=(
        TemplateMilestone("Specification agreed", after="specification"),
        TemplateMilestone("Ready for acceptance", after="test"),
    ),
)

MIXED = ProjectTemplate(
    code="time-and-materials-with-milestones",
    name="Mixed: T&M with milestones",
    purpose="Work by the hour, with results in between that have a price of their own.",
    tasks=(
        TemplateTask("kick-off", "Prepare", "Kick-off and access", share=5),
        TemplateTask("concept", "Prepare", "Concept", share=20, after=(After("kick-off"),)),
        TemplateTask("first-release", "Deliver", "First release", share=30, after=(After("concept", lag_days=1),)),
        TemplateTask("second-release", "Deliver", "Second release", share=25, after=(After("first-release"),)),
        TemplateTask("acceptance", "Close", "Acceptance", share=10, after=(After("second-release", lag_days=1),)),
        TemplateTask("handover", "Close", "Handover and training", share=10, after=(After("acceptance"),)),
    ),
    milestones=(TemplateMilestone("Concept agreed", after="concept"),),
)

MANAGED_SERVICE = ProjectTemplate(
    code="managed-service",
    name="Managed service",
    purpose="A service that runs for half a year or longer, beside a first transition.",
    tasks=(
        TemplateTask("transition", "Transition", "Transition into service", share=10),
        TemplateTask("operation", "Run", "Operation and support", share=75, after=(After("transition"),)),
        TemplateTask("improvement", "Run", "Continuous improvement", share=10, offset_days=20),
        TemplateTask("exit", "Exit", "Review and handback", share=5, after=(After("operation"),)),
    ),
    milestones=(TemplateMilestone("In service", after="transition"),),
)

SHIPPED = (TIME_AND_MATERIALS, FIXED_PRICE, MIXED, MANAGED_SERVICE)
