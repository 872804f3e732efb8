"""Turns an edition into what people read: the results page, its charts, and the notice. Pure: no clock, store or network."""

from services.publisher.rendering.notice import render_notice
from services.publisher.rendering.page import render_page

__all__ = ["render_notice", "render_page"]
