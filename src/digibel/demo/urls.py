"""The simulator's own pages. They exist only where it is the gateway."""

from django.urls import path

from digibel.demo import views

app_name = "demo"

urlpatterns = [
    path("phones", views.phones, name="phones"),
    path("phones/texts", views.texts, name="texts"),
    path("phones/board", views.board, name="board"),
    path("phones/clock", views.move_clock, name="clock"),
    path("phones/<uuid:recipient_id>/text", views.type_on, name="type"),
]
