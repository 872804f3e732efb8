"""Turns an edition into what people read: the results page, its charts, and documents. Pure: no clock, store or network."""

from services.publisher.rendering.page import render_page

__all__ = ["render_page"]
